// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Audits} from "../../../contracts/audits/Audits.sol";
import {IAudits} from "../../../contracts/audits/IAudits.sol";
import {IStakeRegistry} from "../../../contracts/stake/IStakeRegistry.sol";
import {AuditWorld} from "../support/AuditWorld.sol";
import {vm} from "../support/Vm.sol";

/*
Audits

constructor
├── registry zero: AuditZeroAddress
├── epochs below a minute or above a day, odds zero or above 65 536: AuditParameterOutOfRange
└── otherwise: keeps its parameters
currentEpoch
└── counts from the Unix epoch, to the last second
registerChain
├── a stranger, an executor, a validator without its minimum: AuditNotActiveValidator
├── tip zero: AuditZeroTip
├── length zero or above 8 192: AuditChainLength
├── a chain waits: AuditChainPending, also in the epoch in which it is in force but the one before can still be reported
└── otherwise: ChainRegistered, from the second epoch on; the chain before it stays in force until then
dropChain
├── the validator is active: AuditStillActive
├── it has no chain: AuditNoChain
└── otherwise: both chains are gone, ChainDropped; a new one starts two epochs later
*/
contract AuditChainsTest is AuditWorld {
    event ChainRegistered(address indexed validator, bytes32 tip, uint256 firstEpoch, uint256 lastEpoch);
    event ChainDropped(address indexed validator, address indexed caller);

    bytes32 private constant OTHER = keccak256("another secret");

    function setUp() public {
        deployAudits();
    }

    /* CONSTRUCTOR */

    function test_ConstructorRefusesBadParameters() public {
        vm.expectRevert(IAudits.AuditZeroAddress.selector);
        this.construct(address(0), EPOCH, ODDS);
        expectOutOfRange("epochLength", 1 minutes, 1 days, 59);
        this.construct(address(registry), 59, ODDS);
        expectOutOfRange("epochLength", 1 minutes, 1 days, 1 days + 1);
        this.construct(address(registry), 1 days + 1, ODDS);
        expectOutOfRange("odds", 1, 65_536, 0);
        this.construct(address(registry), EPOCH, 0);
        expectOutOfRange("odds", 1, 65_536, 65_537);
        this.construct(address(registry), EPOCH, 65_537);
    }

    function test_ConstructorKeepsItsParameters() public {
        assertEq(audits.stakeRegistry(), address(registry), "registry");
        assertEq(audits.epochLength(), EPOCH, "epochs");
        assertEq(audits.odds(), ODDS, "odds");
        assertEq(audits.currentEpoch(), E0, "now");
        vm.warp(FIRST * EPOCH - 1);
        assertEq(audits.currentEpoch(), FIRST - 1, "the last second");
        assertEq(this.construct(address(registry), 1 minutes, 1).epochLength(), 1 minutes, "shortest");
        assertEq(this.construct(address(registry), 1 days, 65_536).odds(), 65_536, "rarest");
    }

    /* REGISTER */

    function test_AChainStartsTwoEpochsLater() public {
        bytes32 tip = back(validator, SECRET, LENGTH);
        vm.warp(FIRST * EPOCH - EPOCH - 1);
        vm.expectEmit(address(audits));
        emit ChainRegistered(validator, tip, FIRST, FIRST + LENGTH - 1);
        vm.prank(validator);
        assertEq(audits.registerChain(tip, LENGTH), FIRST, "returned");
        assertChain(0, 0, 0, FIRST, address(0));
        (bytes32 nextTip, uint32 last) = audits.nextChains(validator);
        assertEq(nextTip, tip, "tip");
        assertEq(last, FIRST + LENGTH - 1, "last");
    }

    function test_OnlyActiveValidatorsRegister() public {
        expectRefusal(IAudits.AuditNotActiveValidator.selector, stranger);
        vm.prank(stranger);
        audits.registerChain(SECRET, 1);
        enrol(MINIMUM_EXECUTOR);
        assertTrue(registry.isActive(executor), "an active executor");
        expectRefusal(IAudits.AuditNotActiveValidator.selector, executor);
        vm.prank(executor);
        audits.registerChain(SECRET, 1);
        vm.startPrank(stranger);
        registry.register(IStakeRegistry.Role.Validator, "peer", "");
        expectRefusal(IAudits.AuditNotActiveValidator.selector, stranger);
        audits.registerChain(SECRET, 1);
        vm.stopPrank();
    }

    function test_RegisterRefusesBadArguments() public {
        vm.startPrank(validator);
        vm.expectRevert(IAudits.AuditZeroTip.selector);
        audits.registerChain(0, 1);
        vm.expectRevert(abi.encodeWithSelector(IAudits.AuditChainLength.selector, 1, 8192, 0));
        audits.registerChain(SECRET, 0);
        vm.expectRevert(abi.encodeWithSelector(IAudits.AuditChainLength.selector, 1, 8192, 8193));
        audits.registerChain(SECRET, 8193);
        audits.registerChain(SECRET, 8192);
        vm.stopPrank();
    }

    function test_OneChainWaitsAtATime() public {
        registerFirstChain();
        // FIRST - 1 can still be reported in FIRST: only then is the waiting chain in force for certain.
        for (uint256 epoch = E0; epoch <= FIRST; ++epoch) {
            vm.warp(epoch * EPOCH);
            vm.expectRevert(abi.encodeWithSelector(IAudits.AuditChainPending.selector, validator, FIRST));
            vm.prank(validator);
            audits.registerChain(OTHER, 1);
        }
        vm.warp((FIRST + 1) * EPOCH);
        registerChainAs(validator, OTHER, 3);
        assertChain(back(validator, SECRET, LENGTH), FIRST - 1, FIRST + LENGTH - 1, FIRST + 3, address(0));
    }

    function test_AChainStaysInForceUntilTheNextOneStarts() public {
        registerFirstChain();
        close(FIRST);
        registerChainAs(validator, OTHER, 3);
        report(FIRST, rowsOf(executorsIn(FIRST, true)));
        for (uint256 epoch = FIRST + 1; epoch <= FIRST + 2; ++epoch) {
            close(epoch);
            report(epoch, new IAudits.Row[](0));
        }
        close(FIRST + 3);
        bytes32 first = preimageOf(validator, OTHER, FIRST + 5, FIRST + 3);
        bytes32 old = preimage(FIRST + 3);
        vm.expectRevert(abi.encodeWithSelector(IAudits.AuditWrongPreimage.selector, validator, FIRST + 3));
        reportAs(validator, FIRST + 3, old, new IAudits.Row[](0));
        reportAs(validator, FIRST + 3, first, new IAudits.Row[](0));
        assertChain(first, FIRST + 3, FIRST + 5, 0, address(0));
        (bytes32 nextTip, uint32 last) = audits.nextChains(validator);
        assertEq(nextTip, 0, "nothing waits");
        assertEq(last, 0, "nothing waits");
    }

    function test_AnExhaustedChainIsFollowedByAnother() public {
        registerChainAs(validator, SECRET, 1);
        close(FIRST);
        reportAs(validator, FIRST, SECRET, new IAudits.Row[](0));
        close(FIRST + 1);
        vm.expectRevert(abi.encodeWithSelector(IAudits.AuditEpochNotCovered.selector, validator, FIRST + 1));
        reportAs(validator, FIRST + 1, SECRET, new IAudits.Row[](0));
        registerChainAs(validator, OTHER, 1);
        close(FIRST + 4);
        reportAs(validator, FIRST + 4, OTHER, new IAudits.Row[](0));
    }

    /* DROP */

    function test_ChainsOfInactiveValidatorsCanBeDropped() public {
        registerFirstChain();
        vm.warp((FIRST + 1) * EPOCH);
        registerChainAs(validator, OTHER, 5);
        expectRefusal(IAudits.AuditStillActive.selector, validator);
        audits.dropChain(validator);
        vm.prank(validator);
        registry.unbond(MINIMUM_VALIDATOR);
        vm.expectEmit(address(audits));
        emit ChainDropped(validator, stranger);
        vm.prank(stranger);
        audits.dropChain(validator);
        assertChain(0, 0, 0, 0, address(0));
        (bytes32 tip, uint32 last) = audits.nextChains(validator);
        assertEq(tip, 0, "nothing waits");
        assertEq(last, 0, "nothing waits");
        expectRefusal(IAudits.AuditNoChain.selector, validator);
        audits.dropChain(validator);
        vm.prank(validator);
        registry.cancelUnbond();
        registerChainAs(validator, OTHER, 5);
        assertChain(0, 0, 0, FIRST + 3, address(0));
    }

    function test_AChainThatOnlyWaitsCanBeDroppedToo() public {
        registerFirstChain();
        vm.startPrank(validator);
        registry.unbond(MINIMUM_VALIDATOR);
        audits.dropChain(validator);
        vm.stopPrank();
        assertChain(0, 0, 0, 0, address(0));
    }

    /* SUPPORT */

    /// A call of its own, so that its revert can be expected.
    function construct(address registry_, uint256 epochLength, uint256 odds) external returns (Audits) {
        return Audits(deploy("Audits.sol:Audits", abi.encode(registry_, epochLength, odds)));
    }

    function expectOutOfRange(bytes32 name, uint256 minimum, uint256 maximum, uint256 asked) private {
        vm.expectRevert(
            abi.encodeWithSelector(IAudits.AuditParameterOutOfRange.selector, name, minimum, maximum, asked)
        );
    }

    function assertChain(
        bytes32 head,
        uint256 headEpoch,
        uint256 lastEpoch,
        uint256 nextEpoch,
        address cursor
    ) private view {
        IAudits.Chain memory found;
        (found.head, found.headEpoch, found.lastEpoch, found.nextEpoch, found.cursor) = audits.chains(validator);
        assertEq(found.head, head, "head");
        assertEq(found.headEpoch, headEpoch, "headEpoch");
        assertEq(found.lastEpoch, lastEpoch, "lastEpoch");
        assertEq(found.nextEpoch, nextEpoch, "nextEpoch");
        assertEq(found.cursor, cursor, "cursor");
    }
}
