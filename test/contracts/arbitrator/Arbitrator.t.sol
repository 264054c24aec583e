// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Arbitrator} from "../../../contracts/arbitrator/Arbitrator.sol";
import {IArbitrable} from "../../../contracts/arbitrator/IArbitrable.sol";
import {IArbitrator} from "../../../contracts/arbitrator/IArbitrator.sol";
import {Market} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

/*
Arbitrator

constructor
├── cost above 96 bits: ArbitratorCostTooLarge
└── otherwise: keeps them
arbitrationCost
└── the same whatever is asked
createDispute
├── no choices: ArbitratorNoChoices
└── otherwise, by anyone: DisputeCreation; as many choices as fit
giveRuling
├── not the account: ArbitratorNotAccount
├── no such dispute: ArbitratorUnknownDispute
├── ruled before, also from within the ruling: ArbitratorAlreadyRuled
├── no such choice: ArbitratorUnknownRuling
└── otherwise: who asked is told
*/
contract ArbitratorTest is Market, IArbitrable {
    address private constant ACCOUNT = address(0xA4B1);

    Arbitrator private _arbitrator;
    uint256 private _disputeId;
    uint256 private _ruling;
    bool private _again;

    function setUp() public {
        _arbitrator = construct(ACCOUNT, 20e6);
    }

    function rule(uint256 disputeId, uint256 ruling) external {
        assertEq(msg.sender, address(_arbitrator), "by the arbitrator");
        (_disputeId, _ruling) = (disputeId, ruling);
        if (!_again) return;
        vm.prank(ACCOUNT);
        _arbitrator.giveRuling(disputeId, ruling);
    }

    function construct(address account, uint256 cost) public returns (Arbitrator) {
        return Arbitrator(deploy("Arbitrator.sol:Arbitrator", abi.encode(account, cost)));
    }

    function test_ConstructorRefusesBadParameters() public {
        uint256 most = type(uint96).max;
        vm.expectRevert(abi.encodeWithSelector(IArbitrator.ArbitratorCostTooLarge.selector, most, most + 1));
        this.construct(ACCOUNT, most + 1);
        assertEq(this.construct(ACCOUNT, most).arbitrationCost("any"), most, "the largest");
        assertEq(_arbitrator.arbitrationCost("any"), 20e6, "cost");
        assertEq(_arbitrator.feeRecipient(), ACCOUNT, "account");
    }

    function test_AnyoneAsks() public {
        vm.expectRevert(IArbitrator.ArbitratorNoChoices.selector);
        _arbitrator.createDispute(0, "");
        vm.expectEmit(address(_arbitrator));
        emit IArbitrator.DisputeCreation(1, IArbitrable(address(this)));
        assertEq(_arbitrator.createDispute(2, ""), 1, "first");
        assertEq(_arbitrator.createDispute(type(uint256).max, ""), 2, "second");
        (, uint96 choices) = _arbitrator.questions(2);
        assertEq(choices, type(uint96).max, "as many as fit");
    }

    function test_TheAccountRulesOnce() public {
        _arbitrator.createDispute(2, "");
        vm.expectRevert(abi.encodeWithSelector(IArbitrator.ArbitratorNotAccount.selector, ACCOUNT, address(this)));
        _arbitrator.giveRuling(1, 1);
        vm.startPrank(ACCOUNT);
        vm.expectRevert(abi.encodeWithSelector(IArbitrator.ArbitratorUnknownDispute.selector, 0));
        _arbitrator.giveRuling(0, 1);
        vm.expectRevert(abi.encodeWithSelector(IArbitrator.ArbitratorUnknownDispute.selector, 2));
        _arbitrator.giveRuling(2, 1);
        vm.expectRevert(abi.encodeWithSelector(IArbitrator.ArbitratorUnknownRuling.selector, 2, 3));
        _arbitrator.giveRuling(1, 3);
        _arbitrator.giveRuling(1, 2);
        assertEq(_disputeId, 1, "told which");
        assertEq(_ruling, 2, "told what");
        vm.expectRevert(abi.encodeWithSelector(IArbitrator.ArbitratorAlreadyRuled.selector, 1));
        _arbitrator.giveRuling(1, 2);
        vm.stopPrank();
    }

    function test_ARulingCannotBeGivenFromWithinItself() public {
        _arbitrator.createDispute(2, "");
        _again = true;
        vm.expectRevert(abi.encodeWithSelector(IArbitrator.ArbitratorAlreadyRuled.selector, 1));
        vm.prank(ACCOUNT);
        _arbitrator.giveRuling(1, 1);
    }
}
