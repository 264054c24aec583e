// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {StakeRegistry} from "../../../contracts/stake/StakeRegistry.sol";
import {IStakeRegistry} from "../../../contracts/stake/IStakeRegistry.sol";
import {CallingToken, FeeToken} from "../support/HostileTokens.sol";
import {MarketTest} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

/*
StakeRegistry

constructor
├── token, treasury or deployer zero: StakeZeroAddress
├── a token without code: StakeNotContract
├── a minimum of zero or above 96 bits, a period below 1 hour or above 60 days: StakeParameterOutOfRange
└── otherwise: keeps its parameters, and who may wire it
register, updateMetadata
├── before the wiring: StakeNotWired (Slash.t.sol)
├── role none: StakeUnknownRole
├── registered before: StakeAlreadyRegistered
├── peer id empty or too long: StakePeerIdLength
├── metadata too long: StakeMetadataLength
├── updating without registration: StakeNotRegistered
└── otherwise: Registered, MetadataUpdated
stake, stakeFor, registerAndStake
├── not registered: StakeNotRegistered
├── amount zero: StakeZeroAmount
├── the token keeps a part: StakeTokenShortfall
├── the token calls back: ReentrancyGuardReentrantCall
├── stake and unbonding would not fit 96 bits: StakeAmountTooLarge
└── otherwise: Staked; by somebody else for a member, too
unbond
├── not registered: StakeNotRegistered
├── amount zero: StakeZeroAmount; more than the stake: StakeInsufficient
├── leaves less than the minimum but more than nothing: StakeBelowMinimum
├── 2^256 - 1: everything, however much somebody has just added
└── otherwise: adds up, restarts the clock, UnbondRequested
cancelUnbond
├── not registered: StakeNotRegistered
├── nothing unbonding: StakeNothingUnbonding
└── otherwise: active again, UnbondCancelled
withdraw
├── to zero: StakeZeroAddress
├── not registered: StakeNotRegistered
├── nothing unbonding: StakeNothingUnbonding
├── too early: StakeStillUnbonding
├── frozen: Slash.t.sol
└── otherwise: StakeWithdrawn, tokens arrive
minimumStake
├── of no role: StakeUnknownRole
└── otherwise: the role's own
activeStake
└── without what is unbonding
isActive
└── from the minimum on (jail and first week: Jail.t.sol)
capacityOf
├── nobody, a validator, an executor below the minimum: nothing
├── in the first week: a tenth
└── otherwise: the active stake
*/
contract StakeRegistryTest is MarketTest {
    event Registered(address indexed member, IStakeRegistry.Role indexed role, bytes peerId, string metadataURI);
    event MetadataUpdated(address indexed member, bytes peerId, string metadataURI);
    event Staked(address indexed member, address indexed payer, uint256 amount, uint256 totalStake);
    event UnbondRequested(
        address indexed member,
        uint256 amount,
        uint256 totalStake,
        uint256 unbonding,
        uint256 unbondAt
    );
    event UnbondCancelled(address indexed member, uint256 amount, uint256 totalStake);
    event StakeWithdrawn(
        address indexed member,
        address indexed to,
        uint256 amount,
        uint256 totalStake,
        uint256 unbonding
    );

    /* CONSTRUCTOR */

    function test_ConstructorRefusesBadParameters() public {
        vm.expectRevert(IStakeRegistry.StakeZeroAddress.selector);
        this.construct(address(0), 1, 1 hours);
        vm.expectRevert(IStakeRegistry.StakeZeroAddress.selector);
        this.constructFor(address(0), MINIMUM_VALIDATOR, address(this));
        vm.expectRevert(IStakeRegistry.StakeZeroAddress.selector);
        this.constructFor(TREASURY, MINIMUM_VALIDATOR, address(0));
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeNotContract.selector, stranger));
        this.construct(stranger, 1, 1 hours);
        expectOutOfRange("minimumExecutorStake", 1, type(uint96).max, 0);
        this.construct(address(token), 0, 1 hours);
        expectOutOfRange("minimumExecutorStake", 1, type(uint96).max, uint256(type(uint96).max) + 1);
        this.construct(address(token), uint256(type(uint96).max) + 1, 1 hours);
        expectOutOfRange("unbondingPeriod", 1 hours, 60 days, 1 hours - 1);
        this.construct(address(token), 1, 1 hours - 1);
        expectOutOfRange("unbondingPeriod", 1 hours, 60 days, 60 days + 1);
        this.construct(address(token), 1, 60 days + 1);
    }

    function test_ConstructorKeepsItsParameters() public view {
        assertEq(registry.stakeToken(), address(token), "token");
        assertEq(registry.treasury(), TREASURY, "treasury");
        assertEq(registry.deployer(), address(this), "deployer");
        assertEq(registry.unbondingPeriod(), UNBONDING, "period");
        assertEq(registry.minimumStake(IStakeRegistry.Role.Executor), MINIMUM_EXECUTOR, "executor");
        assertEq(registry.minimumStake(IStakeRegistry.Role.Validator), MINIMUM_VALIDATOR, "validator");
    }

    function test_NoRoleHasNoMinimum() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeUnknownRole.selector, IStakeRegistry.Role.None));
        registry.minimumStake(IStakeRegistry.Role.None);
    }

    /* REGISTER */

    function test_RegisterTakesARole() public {
        vm.expectEmit(address(registry));
        emit Registered(executor, IStakeRegistry.Role.Validator, "peer", "https://validator.example");
        vm.prank(executor);
        registry.register(IStakeRegistry.Role.Validator, "peer", "https://validator.example");
        assertMember(IStakeRegistry.Role.Validator, 0, 0, 0);
        assertTrue(!registry.isActive(executor), "not yet");
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakeRegistry.StakeAlreadyRegistered.selector,
                executor,
                IStakeRegistry.Role.Validator
            )
        );
        vm.prank(executor);
        registry.register(IStakeRegistry.Role.Executor, "peer", "");
    }

    function test_RegisterRefusesBadArguments() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeUnknownRole.selector, IStakeRegistry.Role.None));
        registry.register(IStakeRegistry.Role.None, "peer", "");
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakePeerIdLength.selector, 1, 64, 0));
        registry.register(IStakeRegistry.Role.Executor, "", "");
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakePeerIdLength.selector, 1, 64, 65));
        registry.register(IStakeRegistry.Role.Executor, new bytes(65), "");
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeMetadataLength.selector, 256, 257));
        registry.register(IStakeRegistry.Role.Executor, "peer", string(new bytes(257)));
        // The longest of both are taken.
        registry.register(IStakeRegistry.Role.Executor, new bytes(64), string(new bytes(256)));
    }

    function test_TheLargestNumbersAreTaken() public {
        StakeRegistry largest = deployRegistry(address(token), type(uint96).max, 60 days);
        assertEq(largest.minimumStake(IStakeRegistry.Role.Executor), type(uint96).max, "minimum");
        assertEq(largest.unbondingPeriod(), 60 days, "period");
    }

    function test_TheValidatorsMinimumHasBoundsToo() public {
        expectOutOfRange("minimumValidatorStake", 1, type(uint96).max, 0);
        this.constructFor(TREASURY, 0, address(this));
        uint256 most = type(uint96).max;
        expectOutOfRange("minimumValidatorStake", 1, most, most + 1);
        this.constructFor(TREASURY, most + 1, address(this));
        this.constructFor(TREASURY, most, address(this));
    }

    function test_MetadataCanBeReplaced() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeNotRegistered.selector, executor));
        vm.prank(executor);
        registry.updateMetadata("other", "");
        enrol(MINIMUM_EXECUTOR);
        vm.expectEmit(address(registry));
        emit MetadataUpdated(executor, "other", "https://executor.example");
        vm.startPrank(executor);
        registry.updateMetadata("other", "https://executor.example");
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakePeerIdLength.selector, 1, 64, 0));
        registry.updateMetadata("", "");
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeMetadataLength.selector, 256, 257));
        registry.updateMetadata("other", string(new bytes(257)));
        vm.stopPrank();
    }

    /* STAKE */

    function test_StakeAddsUp() public {
        give(executor, 150e6);
        vm.startPrank(executor);
        vm.expectEmit(address(registry));
        emit Registered(executor, IStakeRegistry.Role.Executor, "peer", "");
        vm.expectEmit(address(registry));
        emit Staked(executor, executor, 99e6, 99e6);
        registry.registerAndStake(IStakeRegistry.Role.Executor, "peer", "", 99e6);
        assertTrue(!registry.isActive(executor), "below the minimum");
        vm.expectEmit(address(registry));
        emit Staked(executor, executor, 1e6, 100e6);
        registry.stake(1e6);
        vm.stopPrank();
        assertTrue(registry.isActive(executor), "at the minimum");
        assertEq(registry.activeStake(executor), 100e6, "active");
        assertEq(token.balanceOf(address(registry)), 100e6, "tokens");
    }

    function test_StakeRefusesBadArguments() public {
        vm.startPrank(executor);
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeNotRegistered.selector, executor));
        registry.stake(1);
        registry.register(IStakeRegistry.Role.Executor, "peer", "");
        vm.expectRevert(IStakeRegistry.StakeZeroAmount.selector);
        registry.stake(0);
        vm.stopPrank();
    }

    function test_StakeAndUnbondingFitOneAmountTogether() public {
        uint256 limit = type(uint96).max;
        enrol(limit);
        give(executor, 1);
        vm.startPrank(executor);
        registry.unbond(limit);
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeAmountTooLarge.selector, limit, limit + 1));
        registry.stake(1);
        registry.cancelUnbond();
        vm.stopPrank();
        assertMember(IStakeRegistry.Role.Executor, limit, 0, 0);
    }

    function test_Attack27_StakeRefusesTokensThatKeepAPart() public {
        FeeToken fee = new FeeToken();
        StakeRegistry stakes = openRegistry(address(fee));
        fee.mint(address(this), 100);
        fee.approve(address(stakes), 100);
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeTokenShortfall.selector, 100, 99));
        stakes.registerAndStake(IStakeRegistry.Role.Executor, "peer", "", 100);
        // Only what arrives counts, not what was there before.
        fee.mint(address(stakes), 1000);
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeTokenShortfall.selector, 100, 99));
        stakes.registerAndStake(IStakeRegistry.Role.Executor, "peer", "", 100);
    }

    function test_Attack28_StakeRefusesReentry() public {
        CallingToken calling = new CallingToken();
        StakeRegistry stakes = openRegistry(address(calling));
        calling.mint(address(this), 100);
        calling.approve(address(stakes), 100);
        stakes.register(IStakeRegistry.Role.Executor, "peer", "");
        bytes[2] memory inner = [abi.encodeCall(stakes.stake, (1)), abi.encodeCall(stakes.withdraw, (client))];
        for (uint256 i = 0; i < inner.length; ++i) {
            calling.arm(address(stakes), inner[i]);
            vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
            stakes.stake(100);
        }
    }

    /* UNBOND */

    function test_UnbondingLeavesTheMinimumOrNothing() public {
        enrol(250e6);
        vm.startPrank(executor);
        vm.expectRevert(IStakeRegistry.StakeZeroAmount.selector);
        registry.unbond(0);
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeInsufficient.selector, 250e6, 250e6 + 1));
        registry.unbond(250e6 + 1);
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeBelowMinimum.selector, MINIMUM_EXECUTOR, 100e6 - 1));
        registry.unbond(150e6 + 1);
        uint256 unbondAt = ENROLLED + UNBONDING;
        vm.expectEmit(address(registry));
        emit UnbondRequested(executor, 150e6, 100e6, 150e6, unbondAt);
        registry.unbond(150e6);
        assertMember(IStakeRegistry.Role.Executor, 100e6, 150e6, unbondAt);
        vm.warp(unbondAt - 1);
        registry.unbond(100e6);
        assertMember(IStakeRegistry.Role.Executor, 0, 250e6, unbondAt - 1 + UNBONDING);
        assertTrue(!registry.isActive(executor), "left");
        vm.stopPrank();
    }

    /// A unit from somebody else in the same block does not keep a member from leaving.
    function test_AllOfItLeavesWhateverIsAdded() public {
        enrol(250e6);
        give(stranger, 1);
        vm.prank(stranger);
        registry.stakeFor(executor, 1);
        vm.prank(executor);
        registry.unbond(type(uint256).max);
        assertMember(IStakeRegistry.Role.Executor, 0, 250e6 + 1, ENROLLED + UNBONDING);
        vm.expectRevert(IStakeRegistry.StakeZeroAmount.selector);
        vm.prank(executor);
        registry.unbond(type(uint256).max);
    }

    /// A member whose account the token refuses gets back to its minimum all the same, and out of jail.
    function test_Attack79_AnyoneStakesForAMember() public {
        enrol(100e6);
        IStakeRegistry.Slash memory order;
        (order.id, order.member, order.penalty) = ("slash", executor, 60e6);
        vm.startPrank(JUDGE);
        registry.slash(order);
        registry.jail(executor);
        vm.stopPrank();
        vm.warp(ENROLLED + 30 days);
        give(stranger, 60e6);
        vm.expectEmit(address(registry));
        emit Staked(executor, stranger, 60e6, 100e6);
        vm.prank(stranger);
        registry.stakeFor(executor, 60e6);
        assertEq(token.balanceOf(stranger), 0, "paid by the stranger");
        vm.prank(executor);
        registry.unjail();
        assertTrue(registry.isActive(executor), "active");
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeNotRegistered.selector, stranger));
        registry.stakeFor(stranger, 1);
    }

    function test_StakeBelowTheMinimumLeavesWhole() public {
        enrol(99e6);
        vm.startPrank(executor);
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeBelowMinimum.selector, MINIMUM_EXECUTOR, 98e6));
        registry.unbond(1e6);
        registry.unbond(99e6);
        vm.stopPrank();
    }

    function test_ACancelledUnbondingIsActiveAgain() public {
        enrol(250e6);
        vm.startPrank(executor);
        registry.unbond(150e6);
        vm.expectEmit(address(registry));
        emit UnbondCancelled(executor, 150e6, 250e6);
        registry.cancelUnbond();
        assertMember(IStakeRegistry.Role.Executor, 250e6, 0, 0);
        vm.expectRevert(IStakeRegistry.StakeNothingUnbonding.selector);
        registry.cancelUnbond();
        vm.stopPrank();
    }

    /* WITHDRAW */

    function test_WithdrawPaysWhatHasUnbonded() public {
        enrol(250e6);
        vm.startPrank(executor);
        vm.expectRevert(IStakeRegistry.StakeNothingUnbonding.selector);
        registry.withdraw(executor);
        registry.unbond(150e6);
        uint256 unbondAt = ENROLLED + UNBONDING;
        vm.expectRevert(IStakeRegistry.StakeZeroAddress.selector);
        registry.withdraw(address(0));
        vm.warp(unbondAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeStillUnbonding.selector, unbondAt, unbondAt - 1));
        registry.withdraw(executor);
        vm.warp(unbondAt);
        vm.expectEmit(address(registry));
        emit StakeWithdrawn(executor, stranger, 150e6, 100e6, 0);
        assertEq(registry.withdraw(stranger), 150e6, "returned");
        vm.stopPrank();
        assertEq(token.balanceOf(stranger), 150e6, "paid out");
        assertMember(IStakeRegistry.Role.Executor, 100e6, 0, 0);
    }

    function test_OnlyMembersLeave() public {
        bytes memory refusal = abi.encodeWithSelector(IStakeRegistry.StakeNotRegistered.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(refusal);
        registry.unbond(1);
        vm.expectRevert(refusal);
        registry.cancelUnbond();
        vm.expectRevert(refusal);
        registry.withdraw(stranger);
        vm.stopPrank();
    }

    /* CAPACITY */

    function test_CapacityFollowsTheActiveStake() public {
        assertEq(registry.capacityOf(executor), 0, "nobody");
        enrol(250e6);
        assertEq(registry.capacityOf(executor), 250e6, "all of it");
        vm.warp(ENROLLED - 1);
        assertEq(registry.capacityOf(executor), 249_999_586, "all but what a second of the week is worth");
        vm.warp(ENROLLED);
        vm.prank(executor);
        registry.unbond(100e6);
        assertEq(registry.capacityOf(executor), 150e6, "unbonding covers nothing");
    }

    function test_NoCapacityBelowTheMinimumOrForValidators() public {
        enrol(99e6);
        assertEq(registry.capacityOf(executor), 0, "below the minimum");
        give(stranger, 900e6);
        vm.prank(stranger);
        registry.registerAndStake(IStakeRegistry.Role.Validator, "peer", "", 900e6);
        vm.warp(ENROLLED + 7 days);
        assertTrue(registry.isActive(stranger), "an active validator");
        assertEq(registry.capacityOf(stranger), 0, "sells nothing");
    }

    /* SUPPORT */

    /// A call of its own, so that its revert can be expected.
    function construct(address token_, uint256 executorMin, uint256 period) external returns (StakeRegistry) {
        return deployRegistry(token_, executorMin, period);
    }

    function constructFor(address treasury, uint256 validatorMin, address deployer) external {
        bytes memory arguments = abi.encode(token, treasury, 1, validatorMin, UNBONDING, deployer);
        deploy("StakeRegistry.sol:StakeRegistry", arguments);
    }

    function expectOutOfRange(bytes32 name, uint256 minimum, uint256 maximum, uint256 asked) private {
        vm.expectRevert(
            abi.encodeWithSelector(IStakeRegistry.StakeParameterOutOfRange.selector, name, minimum, maximum, asked)
        );
    }

    function assertMember(IStakeRegistry.Role role, uint256 stake, uint256 unbonding, uint256 unbondAt) private view {
        (
            IStakeRegistry.Role foundRole,
            ,
            ,
            uint40 foundUnbondAt,
            uint96 foundStake,
            uint96 foundUnbonding,
            ,

        ) = registry.members(executor);
        assertEq(uint256(foundRole), uint256(role), "role");
        assertEq(foundStake, stake, "stake");
        assertEq(foundUnbonding, unbonding, "unbonding");
        assertEq(foundUnbondAt, unbondAt, "unbondAt");
    }
}
